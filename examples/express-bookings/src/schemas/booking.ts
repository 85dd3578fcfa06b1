import { z } from "zod";

/** A booking to make. Both moments are UTC; the end does not belong to the booking. */
export const bookingCreate = z
  .object({
    title: z.string().min(1).max(120),
    start: z.iso.datetime(),
    end: z.iso.datetime(),
  })
  .refine((booking) => Date.parse(booking.start) < Date.parse(booking.end), {
    message: "must be after start",
    path: ["end"],
  });

export type BookingCreate = z.infer<typeof bookingCreate>;

/** A booking that was made. */
export interface Booking extends BookingCreate {
  id: number;
  roomId: number;
}
