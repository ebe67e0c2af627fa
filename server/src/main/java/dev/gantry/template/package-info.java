/**
 * The template language of the {@code template} block, and of the option {@code -t} of commands: a subset of Go's {@code text/template} with the functions of
 * consul-template that Nomad's users need. docs/templates.md lists it.
 *
 * <p>Templates come from whoever submits jobs. So evaluation is bounded in steps, nesting and size, a value has no methods
 * that a template could call, and no error has a value in it. Pure: files, clocks, randomness and the network may not be
 * here; what a template reads comes in by {@link TemplateInputs}.
 */
package dev.gantry.template;
