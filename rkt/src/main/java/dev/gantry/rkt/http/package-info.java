/**
 * HTTP for this runtime: certificates, proxies, timeouts, downloads that are resumed, and meta discovery.
 *
 * <p>This package does not know what it downloads: neither images nor keys.
 */
package dev.gantry.rkt.http;
