-- The tables of every installation that the migration reads. Only their keys are NOT NULL, so that a test can put
-- into them whatever an old row may hold.
CREATE TABLE accounting_wireinvoice (
    id integer PRIMARY KEY,
    domain varchar(255)
);

CREATE TABLE case_importer_caseuploadfilemeta (
    id integer PRIMARY KEY,
    identifier varchar(255),
    filename varchar(255),
    length integer
);

CREATE TABLE case_importer_caseuploadrecord (
    id integer PRIMARY KEY,
    domain varchar(255),
    upload_file_meta_id integer REFERENCES case_importer_caseuploadfilemeta (id)
);
CREATE INDEX case_importer_caseuploadrecord_upload_file_meta_id
    ON case_importer_caseuploadrecord (upload_file_meta_id);

CREATE TABLE ota_demouserrestore (
    id integer PRIMARY KEY,
    demo_user_id varchar(255),
    restore_blob_id varchar(255),
    content_length integer
);
CREATE INDEX ota_demouserrestore_demo_user_id ON ota_demouserrestore (demo_user_id);
