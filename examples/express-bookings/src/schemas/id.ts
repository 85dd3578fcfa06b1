import { z } from "zod";

/** An identifier in a path. */
export const id = z.coerce.number().int().positive();
