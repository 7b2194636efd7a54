import { ValidateBy, type ValidationArguments } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { type Bound, wrongWith } from '../../../domain/shared/text.js';

/** A text that the domain bounds: checked, explained and documented by that very bound. */
export const IsTextWithin =
  (bound: Bound, description = ''): PropertyDecorator =>
  (target, property) => {
    ValidateBy({
      name: 'isTextWithin',
      validator: {
        validate: (value: unknown) => wrongWith(value, bound) === undefined,
        defaultMessage: (asked?: ValidationArguments) => {
          const wrong = wrongWith(asked?.value, bound) ?? '';
          return wrong.startsWith('must') ? wrong : `is ${wrong}`;
        },
      },
    })(target, property);
    const unit = bound.unit === 'bytes' ? `At most ${bound.max.toString()} bytes in UTF-8.` : '';
    const said = [description, unit].filter((part) => part !== '').join(' ');
    JSONSchema({
      type: 'string',
      ...(bound.min > 0 ? { minLength: bound.min } : {}),
      // A character is a byte at least.
      maxLength: bound.max,
      ...(said === '' ? {} : { description: said }),
    })(target, String(property));
  };
