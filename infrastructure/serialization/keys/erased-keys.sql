-- Whoever remembers keys asks every few seconds who was erased of late.
CREATE INDEX data_key_erased_at ON system.data_key (erased_at) WHERE erased_at IS NOT NULL;
