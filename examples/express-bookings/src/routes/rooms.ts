import { Router } from "express";
import { id } from "../schemas/id.js";
import { roomCreate } from "../schemas/room.js";
import type { RoomService } from "../services/rooms.js";

/** Rooms over HTTP. */
export function roomRoutes(rooms: RoomService): Router {
  const router = Router();

  router.post("/rooms", (request, response) => {
    response.status(201).json(rooms.add(roomCreate.parse(request.body)));
  });

  router.get("/rooms", (_request, response) => {
    response.json(rooms.list());
  });

  router.get("/rooms/:roomId", (request, response) => {
    response.json(rooms.get(id.parse(request.params.roomId)));
  });

  return router;
}
