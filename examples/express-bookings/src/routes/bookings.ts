import { Router } from "express";
import { bookingCreate } from "../schemas/booking.js";
import { id } from "../schemas/id.js";
import type { BookingService } from "../services/bookings.js";

/** Bookings over HTTP. */
export function bookingRoutes(bookings: BookingService): Router {
  const router = Router();

  router.post("/rooms/:roomId/bookings", (request, response) => {
    const roomId = id.parse(request.params.roomId);
    response.status(201).json(bookings.book(roomId, bookingCreate.parse(request.body)));
  });

  router.get("/rooms/:roomId/bookings", (request, response) => {
    response.json(bookings.list(id.parse(request.params.roomId)));
  });

  return router;
}
