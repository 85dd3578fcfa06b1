import { ConflictError } from "../errors.js";
import type { BookingRepository } from "../repositories/bookings.js";
import type { Booking, BookingCreate } from "../schemas/booking.js";
import type { RoomService } from "./rooms.js";

/** Decides about bookings. */
export class BookingService {
  constructor(
    private readonly bookings: BookingRepository,
    private readonly rooms: RoomService,
  ) {}

  /** Books a room that is free for the whole time. */
  book(roomId: number, wanted: BookingCreate): Booking {
    const room = this.rooms.get(roomId);
    const other = this.bookings.listByRoom(room.id).find((booking) => overlap(booking, wanted));
    if (other) {
      throw new ConflictError(`${room.name} is taken by "${other.title}" until ${other.end}`);
    }
    return this.bookings.add(room.id, wanted);
  }

  list(roomId: number): Booking[] {
    return this.bookings.listByRoom(this.rooms.get(roomId).id);
  }
}

function overlap(left: BookingCreate, right: BookingCreate): boolean {
  return (
    Date.parse(left.start) < Date.parse(right.end) && Date.parse(right.start) < Date.parse(left.end)
  );
}
