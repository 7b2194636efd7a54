import { Type } from 'class-transformer';
import { IsArray, IsInt, IsOptional, IsString, Max, MaxLength, Min, ValidateIf } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** May be left out; unlike `IsOptional`, null is not a way of leaving it out. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_dto, value: unknown) => value !== undefined);

/** Cursor page parameters. */
export class PageQuery {
  @IsOptional()
  @Type(() => Number)
  @IsInt()
  @Min(1)
  @Max(1000)
  @JSONSchema({ description: 'Items per page, 1 to 1000.', default: 50 })
  limit = 50;

  @IsOptional()
  @IsString()
  @MaxLength(1000)
  @JSONSchema({ description: 'The `next` of the page before. Opaque.' })
  cursor?: string;

  @IsOptional()
  @IsString()
  @MaxLength(200)
  @JSONSchema({
    description: 'Answer from a read model that has reached this position (the `position` a command returned).',
  })
  minPosition?: string;
}

export class ReadQuery {
  @IsOptional()
  @IsString()
  @MaxLength(200)
  @JSONSchema({
    description: 'Answer from a read model that has reached this position (the `position` a command returned).',
  })
  minPosition?: string;
}

@JSONSchema({ description: 'An error, application/problem+json (RFC 9457).' })
export class Problem {
  @IsString()
  @JSONSchema({ description: 'A URN that names the kind of problem; `code` is its last part.' })
  type!: string;

  @IsString()
  title!: string;

  @IsInt()
  status!: number;

  @IsOptional()
  @IsString()
  detail?: string;

  @IsString()
  @JSONSchema({ description: 'The kind of problem in one word: `GroupDismissed`.' })
  code!: string;

  @IsOptional()
  @JSONSchema({ type: 'object', description: 'The facts of the refusal, by kind.' })
  facts?: object;

  @IsOptional()
  @IsArray()
  @JSONSchema({
    type: 'array',
    description: 'For InvalidRequest: everything that is wrong.',
    items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
  })
  errors?: object[];

  @IsString()
  @JSONSchema({ description: 'Names this request in the logs.' })
  correlationId!: string;
}

@JSONSchema({
  description:
    'What a command did. `position` is for `minPosition` of a later query; `revision` is the ETag of the aggregate afterwards.',
})
export class Receipt {
  @IsString()
  @JSONSchema({ description: 'The user or group that the command was about.' })
  id!: string;

  @IsInt()
  revision!: number;

  @IsOptional()
  @IsString()
  position?: string;

  @JSONSchema({ type: 'boolean', description: 'False when it was already so and nothing was written.' })
  changed!: boolean;

  @JSONSchema({
    type: 'object',
    description: 'What the command has to tell beside that; its shape depends on the command.',
  })
  outcome!: object;
}
