/**
 * HTTP for this runtime: certificates, proxies, timeouts, downloads that are resumed, and meta discovery.
 *
 * <p>Nothing here knows what is downloaded: neither images nor keys.
 */
package dev.gantry.rkt.http;
