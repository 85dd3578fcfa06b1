export class MailClient {
  constructor(private readonly host: string) {}

  address(name: string): string {
    return `${name}@${this.host}`;
  }
}
