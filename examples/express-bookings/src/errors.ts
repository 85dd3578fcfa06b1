/** A refusal with a message for the caller and the status that it is answered with. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/** Something that was asked for by its identifier is not there. */
export class NotFoundError extends HttpError {
  constructor(what: string, id: number) {
    super(404, `${what} ${id} does not exist`);
  }
}

/** What was asked for contradicts what is already there. */
export class ConflictError extends HttpError {
  constructor(message: string) {
    super(409, message);
  }
}
