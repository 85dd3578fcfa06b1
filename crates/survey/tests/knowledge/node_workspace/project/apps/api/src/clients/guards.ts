import { MailClient } from './mail';

export function isMailClient(value: unknown): value is MailClient {
  return value instanceof MailClient;
}
