import { InvalidArgumentError } from 'commander';
import { isKind, type Kind, NAMING } from '../application/audit/naming.js';

export function parseKind(text: string): Kind {
  if (!isKind(text)) throw new InvalidArgumentError(`It is one of ${Object.keys(NAMING).join(', ')}.`);
  return text;
}

export function parseName(text: string): string {
  if (text === '') throw new InvalidArgumentError('It must not be empty.');
  return text;
}
