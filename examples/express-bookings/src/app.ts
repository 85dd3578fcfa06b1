import express, { type Express } from "express";
import { answerErrors } from "./middleware/answerErrors.js";
import { BookingRepository } from "./repositories/bookings.js";
import { RoomRepository } from "./repositories/rooms.js";
import { bookingRoutes } from "./routes/bookings.js";
import { roomRoutes } from "./routes/rooms.js";
import { BookingService } from "./services/bookings.js";
import { RoomService } from "./services/rooms.js";

/** The application, put together, with nothing booked yet. */
export function createApp(): Express {
  const rooms = new RoomService(new RoomRepository());
  const bookings = new BookingService(new BookingRepository(), rooms);
  const app = express();
  app.disable("x-powered-by");
  app.use(express.json({ limit: "64kb" }));
  app.use(roomRoutes(rooms));
  app.use(bookingRoutes(bookings));
  app.use(answerErrors);
  return app;
}
