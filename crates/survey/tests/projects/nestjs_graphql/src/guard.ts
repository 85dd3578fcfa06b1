export class SignedIn {}
