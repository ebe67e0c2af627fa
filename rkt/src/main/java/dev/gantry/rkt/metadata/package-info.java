/** The metadata service of the App Container specification (spec/ace.md, "App Container Metadata Service"). */
package dev.gantry.rkt.metadata;
