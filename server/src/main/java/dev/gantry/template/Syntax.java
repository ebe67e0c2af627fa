package dev.gantry.template;

import java.util.List;

/** The tree of a parsed template. */
sealed interface Syntax {

    /** Text outside of actions. */
    record Plain(String text) implements Syntax {}

    /** An action that prints its value, unless it sets a variable. */
    record Output(Pipeline pipeline) implements Syntax {}

    /** {@code if}. */
    record If(Pipeline condition, List<Syntax> yes, List<Syntax> no) implements Syntax {

        public If {
            yes = List.copyOf(yes);
            no = List.copyOf(no);
        }
    }

    /** {@code with}: the dot is the value within. */
    record With(Pipeline value, List<Syntax> yes, List<Syntax> no) implements Syntax {

        public With {
            yes = List.copyOf(yes);
            no = List.copyOf(no);
        }
    }

    /** {@code range}. */
    record Range(Pipeline values, List<Syntax> body, List<Syntax> no) implements Syntax {

        public Range {
            body = List.copyOf(body);
            no = List.copyOf(no);
        }
    }

    /** {@code break} or {@code continue}. */
    record Jump(boolean isBreak) implements Syntax {}

    /**
     * Commands, each of which gets the value of the one before as its last argument.
     *
     * @param variables the variables that are set, with their {@code $}: none, one, or in {@code range} two
     * @param isAssignment whether they exist already ({@code =} instead of {@code :=})
     * @param commands one or more
     * @param position where it begins
     */
    record Pipeline(List<String> variables, boolean isAssignment, List<Command> commands, Position position) {

        public Pipeline {
            variables = List.copyOf(variables);
            commands = List.copyOf(commands);
        }
    }

    /** One operand, or a function with its arguments. */
    record Command(List<Operand> operands) {

        public Command {
            operands = List.copyOf(operands);
        }
    }

    /** A part of a command. */
    sealed interface Operand {

        Position position();

        /** A constant. */
        record Literal(Value value, Position position) implements Operand {}

        /** The dot. */
        record Dot(Position position) implements Operand {}

        /** A variable, with its {@code $}. */
        record Variable(String name, Position position) implements Operand {}

        /** A field, or a key of a map. */
        record Field(Operand base, String name, Position position) implements Operand {}

        /** A pipeline in parentheses. */
        record Nested(Pipeline pipeline, Position position) implements Operand {}

        /** A function. */
        record Call(Function function, String name, Position position) implements Operand {}
    }
}
