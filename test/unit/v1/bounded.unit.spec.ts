import { expect } from 'chai';
import { openApiDocument } from '../../../api/v1/openapi.js';
import { RegisterUser } from '../../../api/v1/dto/users.js';
import { userOperations } from '../../../api/v1/user-commands.js';
import { checked, InputInvalid } from '../../../api/http/validation.js';
import type { UserCommands } from '../../../application/commands/users.js';
import { userLimits } from '../../../domain/user/registration.js';

type Field = 'nickname' | 'avatar' | 'ext';

/** The longest text within the bound, of characters that are two UTF-16 units and four bytes each. */
const longest = (field: Field): string => {
  const { max, unit } = userLimits[field];
  return '𝄞'.repeat(unit === 'bytes' ? max / 4 : max);
};

describe('a registration by /v1', () => {
  const problemsOf = async (change: object): Promise<readonly string[]> => {
    const body = { login: 'ann', password: 'long enough', nickname: 'Ann', ...change };
    try {
      await checked(RegisterUser, body, 'body');
      return [];
    } catch (error) {
      if (!(error instanceof InputInvalid)) throw error;
      return error.problems.map(({ pointer, detail }) => `${pointer} ${detail}`);
    }
  };

  for (const field of ['nickname', 'avatar', 'ext'] as const) {
    const { max, unit } = userLimits[field];

    it(`takes a ${field} as long as the domain does, and says what is too long`, async () => {
      expect(await problemsOf({ [field]: longest(field) })).to.deep.equal([]);
      expect(await problemsOf({ [field]: `${longest(field)}x` })).to.deep.equal([
        `/${field} is longer than ${max.toString()} ${unit}`,
      ]);
      expect(await problemsOf({ [field]: 7 })).to.deep.equal([`/${field} must be a text`]);
    });

    it(`documents the bound of the ${field}`, () => {
      const document = openApiDocument(userOperations({} as UserCommands)) as {
        components: { schemas: Record<string, { properties: Record<string, object> }> };
      };
      expect(document.components.schemas['RegisterUser']?.properties[field]).to.include({
        type: 'string',
        maxLength: max,
      });
    });
  }
});
