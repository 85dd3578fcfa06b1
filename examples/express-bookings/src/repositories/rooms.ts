import type { Room, RoomCreate } from "../schemas/room.js";

/** Keeps rooms in memory. */
export class RoomRepository {
  private readonly rooms = new Map<number, Room>();

  add(wanted: RoomCreate): Room {
    const room = { id: this.rooms.size + 1, ...wanted };
    this.rooms.set(room.id, room);
    return room;
  }

  get(id: number): Room | undefined {
    return this.rooms.get(id);
  }

  list(): Room[] {
    return [...this.rooms.values()];
  }
}
