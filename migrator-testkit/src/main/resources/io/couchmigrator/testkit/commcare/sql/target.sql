-- The tables that the migration writes. They belong to the application.
CREATE TABLE blobs_blobmeta (
    id serial PRIMARY KEY,
    domain varchar(255) NOT NULL,
    parent_id varchar(255) NOT NULL,
    name varchar(255) NOT NULL,
    key varchar(255) NOT NULL UNIQUE,
    type_code smallint NOT NULL,
    content_length integer NOT NULL,
    content_type varchar(255),
    properties text,
    created_on timestamptz NOT NULL,
    expires_on timestamptz
);
CREATE INDEX blobs_blobmeta_parent_id_type_code_name ON blobs_blobmeta (parent_id, type_code, name);
CREATE INDEX blobs_blobmeta_expires_on ON blobs_blobmeta (expires_on) WHERE expires_on IS NOT NULL;

CREATE TABLE blobs_blobmigrationstate (
    id serial PRIMARY KEY,
    slug varchar(20) NOT NULL UNIQUE,
    timestamp timestamptz NOT NULL
);
