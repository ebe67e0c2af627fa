package dev.gantry.template;

/** What a template reads from the server. Names and paths stand in the template as they are, so that they can be checked. */
public sealed interface Lookup {

    /**
     * The healthy instances of a service.
     *
     * @param name the name of the service
     */
    record OfService(String name) implements Lookup {

        @Override
        public String toString() {
            return "service \"%s\"".formatted(name);
        }
    }

    /**
     * The items of a variable.
     *
     * @param path the path of the variable
     * @param isRequired whether the template can't be rendered without the variable
     */
    record OfVariable(String path, boolean isRequired) implements Lookup {

        @Override
        public String toString() {
            return "variable \"%s\"".formatted(path);
        }
    }
}
