-- What the reader port trusts (D27): the certificate itself, since a handshake cannot be held to a fingerprint. PEM, followed by those of its
-- issuers up to the root where it has any. A reader that was registered by its fingerprint alone has none and is let in again once it is given.
alter table reader add column certificate_pem text;
