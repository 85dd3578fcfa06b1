import type { Booking, BookingCreate } from "../schemas/booking.js";

/** Keeps bookings in memory. */
export class BookingRepository {
  private readonly bookings: Booking[] = [];

  add(roomId: number, wanted: BookingCreate): Booking {
    const booking = { id: this.bookings.length + 1, roomId, ...wanted };
    this.bookings.push(booking);
    return booking;
  }

  /** Bookings of a room, in the order in which they begin. */
  listByRoom(roomId: number): Booking[] {
    return this.bookings
      .filter((booking) => booking.roomId === roomId)
      .sort((left, right) => Date.parse(left.start) - Date.parse(right.start));
  }
}
