-- What a customer still has to pay, on their page.
CREATE INDEX stripe_objects_open_invoices ON stripe_objects (stripe_customer_id)
    WHERE kind = 'invoice' AND (body ->> 'status') = 'open';
