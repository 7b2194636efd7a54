import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsObject,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  MinLength,
  ValidateNested,
} from 'class-validator';
import { expect } from 'chai';
import { checked, type DtoClass, InputInvalid } from '../../../api/http/validation.js';

class Inner {
  @IsInt()
  @Max(9)
  count!: number;
}

class Some {
  @IsArray()
  @ArrayMinSize(1)
  @Matches(/^a/, {
    each: true,
    message: ({ value }) => `/${(value as string[]).findIndex((one) => !one.startsWith('a')).toString()} is no a`,
  })
  items!: string[];

  @MinLength(1)
  text = 'x';
}

class Outer {
  @IsString()
  @MaxLength(3)
  name!: string;

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(2)
  @IsString({ each: true })
  list?: string[];

  @IsOptional()
  @IsObject()
  @ValidateNested()
  @Type(() => Inner)
  inner?: Inner;
}

class Many {
  @IsArray()
  @ArrayMaxSize(1_000)
  @ValidateNested({ each: true })
  @Type(() => Outer)
  all!: Outer[];
}

describe('checking input', () => {
  const problemsOf = async (
    plain: unknown,
    unknown: 'refused' | 'leftOut' = 'refused',
    Dto: DtoClass = Outer,
  ): Promise<string[]> => {
    try {
      await checked(Dto, plain, 'body', { unknown });
      return [];
    } catch (error) {
      if (!(error instanceof InputInvalid)) throw error;
      return error.problems.map(({ pointer, detail }) => `${pointer} ${detail}`);
    }
  };

  it('says in one line each what is missing, of the wrong kind, or out of bounds', async () => {
    expect(await problemsOf({})).to.deep.equal(['/name is missing']);
    expect(await problemsOf({ name: 7 })).to.deep.equal(['/name must be a string']);
    expect(await problemsOf({ name: null })).to.deep.equal(['/name must be a string']);
    expect(await problemsOf({ name: 'long' })).to.deep.equal(['/name must be shorter than or equal to 3 characters']);
    expect(await problemsOf({ name: 'x', list: 'y' })).to.include('/list must be an array');
    expect(await problemsOf({ name: 'x', inner: {} })).to.deep.equal(['/inner/count is missing']);
    expect(await problemsOf({ name: 'x', inner: { count: 10 } })).to.deep.equal([
      '/inner/count must not be greater than 9',
    ]);
  });

  it('lists all of it', async () => {
    expect(await problemsOf({ inner: { count: 'x' } })).to.have.members([
      '/name is missing',
      '/inner/count must be an integer number',
    ]);
  });

  it('points at the item of a list that a check names, and says of an empty one that it is empty', async () => {
    const of = (plain: object): Promise<string[]> => problemsOf(plain, 'refused', Some);
    expect(await of({ items: ['a', 'a1', 'b'] })).to.deep.equal(['/items/2 is no a']);
    expect(await of({ items: [] })).to.deep.equal(['/items must not be empty']);
    expect(await of({ items: ['a'], text: '' })).to.deep.equal(['/text must not be empty']);
  });

  it('refuses what it does not know, or leaves it out', async () => {
    expect(await problemsOf({ name: 'x', more: 1 })).to.deep.equal(['/more property more should not exist']);
    expect(await problemsOf({ name: 'x', more: 1 }, 'leftOut')).to.deep.equal([]);
  });

  it('checks the items of a list by their class, and each is one of it', async () => {
    const all = [{ name: 'x' }, { name: 'long', inner: { count: 10 } }, 7, null, { name: 'y', more: 1 }];
    expect(await problemsOf({ all }, 'refused', Many)).to.deep.equal([
      '/all/1/name must be shorter than or equal to 3 characters',
      '/all/1/inner/count must not be greater than 9',
      '/all/2 must be an object',
      '/all/3 must be an object',
      '/all/4/more property more should not exist',
    ]);
    const many = await checked(Many, { all: [{ name: 'x', inner: { count: 1 } }] }, 'body');
    expect(many).to.be.instanceOf(Many);
    expect(many.all[0]).to.be.instanceOf(Outer);
    expect(many.all[0]?.inner).to.be.instanceOf(Inner);
  });

  it('looks at no item of a list that is too long', async () => {
    expect(await problemsOf({ all: Array(1_001).fill({}) }, 'refused', Many)).to.deep.equal([
      '/all must contain no more than 1000 elements',
    ]);
    expect(await problemsOf({ all: {} }, 'refused', Many)).to.include('/all must be an array');
  });

  it('tells twenty problems and counts the others', async () => {
    const error: unknown = await checked(Many, { all: Array(1_000).fill({}) }, 'body').catch(
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(InputInvalid);
    expect((error as InputInvalid).problems).to.have.lengthOf(20);
    expect((error as InputInvalid).untold).to.equal(980);
  });

  it('lets others have their turn while it checks a long list', async () => {
    let turns = 0;
    let running = true;
    const others = (): void => {
      turns += 1;
      if (running) setImmediate(others);
    };
    setImmediate(others);
    // As many rounds as take a while, however fast the machine is.
    const began = performance.now();
    while (performance.now() - began < 50) {
      await checked(Many, { all: Array(1_000).fill({ name: 'x', list: ['a'], inner: { count: 1 } }) }, 'body');
    }
    running = false;
    expect(turns).to.be.above(1);
  });
});
