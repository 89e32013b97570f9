// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.commcare;

/** What a blob is; the application knows it by a number. */
enum BlobKind {
    CASE(0),
    ICDS_FILE(1),
    FORM(2),
    DOMAIN(4),
    APPLICATION(5),
    MULTIMEDIA(6),
    BUILD(7),
    CASE_UPLOAD(8),
    EXPORT(9),
    BASIC_EXPORT(10),
    INVOICE(11),
    DEMO_USER_RESTORE(14);

    private final int code;

    BlobKind(int code) {
        this.code = code;
    }

    /** Returns the column {@code type_code}. */
    int code() {
        return code;
    }
}
