import { z } from "zod";

/** A room to add. */
export const roomCreate = z.object({
  name: z.string().min(1).max(80),
  seats: z.number().int().min(1).max(500),
});

export type RoomCreate = z.infer<typeof roomCreate>;

/** A room that can be booked. */
export interface Room extends RoomCreate {
  id: number;
}
