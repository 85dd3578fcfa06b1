/* The first tables; CREATE TABLE nothing (here int); */
CREATE TABLE IF NOT EXISTS "shop"."customers" (
    id BIGSERIAL PRIMARY KEY,
    "name" varchar(80),
    email text UNIQUE NOT NULL, -- lower case, always
    fax text
);
CREATE TABLE drafts (id int);
CREATE FUNCTION touch() RETURNS trigger AS $$ BEGIN CREATE TABLE inside (id int); END $$ LANGUAGE plpgsql;
