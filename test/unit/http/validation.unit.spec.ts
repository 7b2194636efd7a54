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
});
