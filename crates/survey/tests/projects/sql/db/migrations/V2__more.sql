-- migrate:up
ALTER TABLE shop.customers ADD COLUMN phone text, DROP COLUMN fax;
ALTER TABLE shop.customers ALTER COLUMN name SET NOT NULL;
CREATE TABLE orders (
    customer_id bigint NOT NULL REFERENCES shop.customers (id) ON DELETE CASCADE,
    number integer NOT NULL,
    total numeric(10, 2) DEFAULT 0,
    PRIMARY KEY (customer_id, number),
    CONSTRAINT positive CHECK (total >= 0)
);
DROP TABLE drafts;
-- migrate:down
DROP TABLE orders;
