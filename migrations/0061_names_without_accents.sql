-- Muller and Müller are one name to whoever types it: people are found by their words with accents and without.

-- Lower case without the marks of Latin letters; other scripts stay as they are.
CREATE FUNCTION without_accents(lowered text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN replace(replace(replace(translate(regexp_replace(normalize(lowered, NFD), '[\u0300-\u036f]', '', 'g'), 'øłđıð', 'oldid'),
                                   'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');

-- What was lowered, and once more without accents where there are some.
CREATE FUNCTION both_spellings(lowered text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(lowered) <> length(lowered) AND lowered ~ '[\u00df-\u024f\u0300-\u036f\u1e00-\u1eff]'
                THEN lowered || ' ' || without_accents(lowered) ELSE lowered END;

CREATE OR REPLACE FUNCTION customer_search_text(name text, email citext, billing_email citext, phone text, stripe_customer_id text,
                                                organization_name text) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
    RETURN ' ' || both_spellings(lower(concat_ws(' ', name, email, nullif(billing_email, email), phone, stripe_customer_id,
                                                 organization_name)));

CREATE OR REPLACE FUNCTION customer_words_of(name text, email text) RETURNS SETOF text LANGUAGE sql IMMUTABLE PARALLEL SAFE
BEGIN ATOMIC
    SELECT DISTINCT word
    FROM regexp_split_to_table(both_spellings(lower(concat_ws(' ', name, email))), '[[:space:][:punct:][:digit:]]+') AS word
    WHERE length(word) BETWEEN 3 AND 40;
END;

UPDATE customer_search s
SET text = customer_search_text(c.name, c.email, c.billing_email, c.phone, c.stripe_customer_id, c.organization_name)
FROM customers c
WHERE c.id = s.id AND s.text ~ '[\u00df-\u024f\u0300-\u036f\u1e00-\u1eff]';

INSERT INTO customer_words (word)
SELECT DISTINCT without_accents(word) FROM customer_words
WHERE length(without_accents(word)) BETWEEN 3 AND 40
ORDER BY 1 ON CONFLICT DO NOTHING;
