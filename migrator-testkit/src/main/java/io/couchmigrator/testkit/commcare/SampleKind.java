// SPDX-License-Identifier: Apache-2.0
package io.couchmigrator.testkit.commcare;

/**
 * The types of documents that own blobs: where they live and what their rows say. Written down here a second time, so
 * that what a sample expects does not come from the code under test.
 */
enum SampleKind {
    COMM_CARE_AUDIO("", "CommCareAudio", 6, Domain.SHARED),
    COMM_CARE_BUILD("", "CommCareBuild", 7, Domain.SHARED),
    COMM_CARE_CASE("", "CommCareCase", 0, Domain.OWN),
    COMM_CARE_CASE_DELETED("", "CommCareCase-Deleted", 0, Domain.OWN),
    COMM_CARE_CASE_DELETED_TWICE("", "CommCareCase-Deleted-Deleted", 0, Domain.OWN),
    COMM_CARE_CASE_DELETED_LOWER("", "CommCareCase-deleted", 0, Domain.OWN),
    COMM_CARE_IMAGE("", "CommCareImage", 6, Domain.SHARED),
    COMM_CARE_MULTIMEDIA("", "CommCareMultimedia", 6, Domain.SHARED),
    COMM_CARE_VIDEO("", "CommCareVideo", 6, Domain.SHARED),
    HQ_SUBMISSION("", "HQSubmission", 2, Domain.OWN),
    INVOICE_PDF("", "InvoicePdf", 11, Domain.INVOICE),
    SAVED_BASIC_EXPORT("", "SavedBasicExport", 10, Domain.UNKNOWN),
    SUBMISSION_ERROR_LOG("", "SubmissionErrorLog", 2, Domain.OWN),
    X_FORM_ARCHIVED("", "XFormArchived", 2, Domain.OWN),
    X_FORM_DEPRECATED("", "XFormDeprecated", 2, Domain.OWN),
    X_FORM_DUPLICATE("", "XFormDuplicate", 2, Domain.OWN),
    X_FORM_ERROR("", "XFormError", 2, Domain.OWN),
    X_FORM_INSTANCE("", "XFormInstance", 2, Domain.OWN),
    X_FORM_INSTANCE_DELETED("", "XFormInstance-Deleted", 2, Domain.OWN),
    APPLICATION("__apps", "Application", 5, Domain.OWN),
    APPLICATION_DELETED("__apps", "Application-Deleted", 5, Domain.OWN),
    LINKED_APPLICATION("__apps", "LinkedApplication", 5, Domain.OWN),
    REMOTE_APP("__apps", "RemoteApp", 5, Domain.OWN),
    REMOTE_APP_DELETED("__apps", "RemoteApp-Deleted", 5, Domain.OWN),
    SAVED_APP_BUILD("__apps", "SavedAppBuild", 5, Domain.OWN),
    DOMAIN("__domains", "Domain", 4, Domain.NAME),
    CASE_EXPORT("__meta", "CaseExportInstance", 9, Domain.OWN),
    FORM_EXPORT("__meta", "FormExportInstance", 9, Domain.OWN),
    SMS_EXPORT("__meta", "SMSExportInstance", 9, Domain.OWN),
    /** Owns blobs, too, but is none of those that are migrated. */
    FOREIGN("", "ReportConfiguration", -1, Domain.OWN);

    private final String suffix;
    private final String docType;
    private final int typeCode;
    private final Domain domain;

    SampleKind(String suffix, String docType, int typeCode, Domain domain) {
        this.suffix = suffix;
        this.docType = docType;
        this.typeCode = typeCode;
        this.domain = domain;
    }

    /** Returns the database that it lives in. */
    String database(String mainDatabase) {
        return mainDatabase + suffix;
    }

    String docType() {
        return docType;
    }

    int typeCode() {
        return typeCode;
    }

    Domain domain() {
        return domain;
    }

    boolean migrated() {
        return typeCode >= 0;
    }

    /** Where the domain of a row comes from. */
    enum Domain {
        /** The document's {@code domain}. */
        OWN,
        /** The document's {@code name}. */
        NAME,
        /** The wire invoice that the document names. */
        INVOICE,
        /** Always {@code <shared>}. */
        SHARED,
        /** Always {@code <unknown>}. */
        UNKNOWN
    }
}
