/** rkt's configuration directories (rkt Documentation/configuration.md). */
package dev.gantry.rkt.config;
