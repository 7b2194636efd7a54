import type pg from 'pg';
import type {
  CodeVerdict,
  PhoneVerifications,
  SentCode,
  ShownCode,
  VerificationToken,
} from '../../application/ports/phone-verifications.js';
import { ask } from './ask.js';

/** Between two codes to the same phone. */
const AGAIN_AFTER = "interval '60 seconds'";
const CODE_LIVES = "interval '2 minutes'";
const TOKEN_LIVES = "interval '10 minutes'";
const MOST_TRIES = 5;

const NEW_DAY = "v.day_began <= now() - interval '1 day'";
/** Whether the code that was shown, $3, is the one; or it is the test's, $4. */
const RIGHT = '(code = $3 OR $4::boolean)';
const LIVES = `code IS NOT NULL AND sent_at > now() - ${CODE_LIVES}`;

/** In `system.phone_verification`; each step is one statement, so that what comes together is judged one after the other. */
export class PostgresPhoneVerifications implements PhoneVerifications {
  constructor(private readonly pool: pg.Pool) {}

  async open({ tenant, phonePrint, codePrint }: SentCode, mostPerDay: number): Promise<boolean> {
    const { rowCount } = await ask(this.pool, {
      name: 'phone-code-open',
      text: `INSERT INTO system.phone_verification AS v (tenant, phone, code, sent_at, day_began, sent_that_day)
             VALUES ($1, $2, $3, now(), now(), 1)
             ON CONFLICT (tenant, phone) DO UPDATE SET code = $3, sent_at = now(), tries = 0,
               day_began = CASE WHEN ${NEW_DAY} THEN now() ELSE v.day_began END,
               sent_that_day = CASE WHEN ${NEW_DAY} THEN 1 ELSE v.sent_that_day + 1 END
             WHERE v.sent_at <= now() - ${AGAIN_AFTER} AND (${NEW_DAY} OR v.sent_that_day < $4)`,
      values: [tenant, phonePrint, codePrint, mostPerDay],
    });
    return rowCount === 1;
  }

  async withdraw({ tenant, phonePrint, codePrint }: SentCode): Promise<void> {
    await ask(this.pool, {
      name: 'phone-code-withdraw',
      text: `UPDATE system.phone_verification SET code = NULL, sent_at = 'epoch', sent_that_day = sent_that_day - 1
             WHERE tenant = $1 AND phone = $2 AND code = $3`,
      values: [tenant, phonePrint, codePrint],
    });
  }

  async show(
    { tenant, phonePrint, codePrint, isTestCode }: ShownCode,
    { hash, sealedPhone }: VerificationToken,
  ): Promise<CodeVerdict> {
    // What is returned is the row as it is afterwards: this try is among its tries.
    const { rows } = await ask<{ verdict: CodeVerdict }>(this.pool, {
      name: 'phone-code-show',
      text: `UPDATE system.phone_verification SET
               tries = least(tries + 1, 1000),
               token = CASE WHEN ${LIVES} AND tries < $7 AND ${RIGHT} THEN $5 ELSE token END,
               token_until = CASE WHEN ${LIVES} AND tries < $7 AND ${RIGHT} THEN now() + ${TOKEN_LIVES} ELSE token_until END,
               taken_by = CASE WHEN ${LIVES} AND tries < $7 AND ${RIGHT} THEN NULL ELSE taken_by END,
               sealed_phone = CASE WHEN ${LIVES} AND tries < $7 AND ${RIGHT} THEN $6 ELSE sealed_phone END
             WHERE tenant = $1 AND phone = $2
             RETURNING CASE WHEN NOT (${LIVES}) OR tries > $7 THEN 'expired' WHEN ${RIGHT} THEN 'right' ELSE 'wrong' END
               AS verdict`,
      values: [tenant, phonePrint, codePrint, isTestCode, hash, sealedPhone, MOST_TRIES],
    });
    return rows[0]?.verdict ?? 'unknown';
  }

  async take(tenant: string, tokenHash: string, taker: string): Promise<string | undefined> {
    const { rows } = await ask<{ sealed_phone: string }>(this.pool, {
      name: 'phone-token-take',
      text: `UPDATE system.phone_verification SET taken_by = $3, code = NULL
             WHERE tenant = $1 AND token = $2 AND token_until > now() AND (taken_by IS NULL OR taken_by = $3)
             RETURNING sealed_phone`,
      values: [tenant, tokenHash, taker],
    });
    return rows[0]?.sealed_phone;
  }

  async giveBack(tenant: string, tokenHash: string, taker: string): Promise<void> {
    await ask(this.pool, {
      name: 'phone-token-give-back',
      text: `UPDATE system.phone_verification SET taken_by = NULL WHERE tenant = $1 AND token = $2 AND taken_by = $3`,
      values: [tenant, tokenHash, taker],
    });
  }

  /** Deletes those of yesterday. Gives how many. */
  async purgeExpired(): Promise<number> {
    const { rowCount } = await ask(this.pool, {
      text: `DELETE FROM system.phone_verification
             WHERE day_began < now() - interval '1 day' AND sent_at < now() - interval '1 hour'`,
    });
    return rowCount ?? 0;
  }
}
