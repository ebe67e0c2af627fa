package dev.gantry.node.check;

/** How a check is protected on its way to the service. */
public enum ProbeSecurity {
    /** Without TLS. */
    PLAIN,
    /** With TLS; the machine's certification authorities must know the certificate, and it must name the address. */
    VERIFIED,
    /** With TLS and any certificate. */
    UNVERIFIED;

    /**
     * Returns the security of a check.
     *
     * @param usesTls true for TLS
     * @param skipsVerification true if any certificate is accepted
     * @return the security
     */
    public static ProbeSecurity of(boolean usesTls, boolean skipsVerification) {
        if (!usesTls) {
            return PLAIN;
        }
        return skipsVerification ? UNVERIFIED : VERIFIED;
    }
}
