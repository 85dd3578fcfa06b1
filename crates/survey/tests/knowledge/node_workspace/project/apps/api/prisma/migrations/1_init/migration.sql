CREATE TABLE "Order" (id serial primary key, owner text not null);
