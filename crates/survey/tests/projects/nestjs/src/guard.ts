export class KeyGuard {}
