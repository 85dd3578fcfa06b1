import { NotFoundError } from "../errors.js";
import type { RoomRepository } from "../repositories/rooms.js";
import type { Room, RoomCreate } from "../schemas/room.js";

/** Decides about rooms. */
export class RoomService {
  constructor(private readonly rooms: RoomRepository) {}

  add(wanted: RoomCreate): Room {
    return this.rooms.add(wanted);
  }

  get(id: number): Room {
    const room = this.rooms.get(id);
    if (!room) {
      throw new NotFoundError("room", id);
    }
    return room;
  }

  list(): Room[] {
    return this.rooms.list();
  }
}
