-- Who pays as an individual and is coached is `rev1_coached` from then on: the worker computes it anew for whoever ever had a coach.
INSERT INTO recompute_queue (customer_id, reason)
SELECT DISTINCT client_id, 'coaching' FROM coaching_relationships
ON CONFLICT (customer_id) DO NOTHING;
