package dev.gantry.rkt.request;

/**
 * The options of a fetch.
 *
 * @param policy when images are fetched
 * @param unsignedAllowed whether images need no signature
 * @param httpAllowed whether plain HTTP may be used
 * @param anyCertificate whether servers may show any certificate
 */
public record FetchOptions(PullPolicy policy, boolean unsignedAllowed, boolean httpAllowed, boolean anyCertificate) {}
