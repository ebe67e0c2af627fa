package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Position;
import java.util.List;
import java.util.Optional;

/** An expression as it is written. */
sealed interface Expression {

    /** Returns where it begins. */
    Position position();

    /** A number, a boolean or null. */
    record Literal(Datum value, Position position) implements Expression {}

    /** A quoted text or a heredoc. */
    record Template(List<TemplatePart> parts, Position position) implements Expression {

        public Template {
            parts = List.copyOf(parts);
        }
    }

    /** A name: of a value in the file, or of one that only the node knows. */
    record Name(String name, Position position) implements Expression {}

    /** {@code of.name}. */
    record Attribute(Expression of, String name, Position namePosition) implements Expression {

        @Override
        public Position position() {
            return of.position();
        }
    }

    /** {@code of[key]}. */
    record Index(Expression of, Expression key, Position keyPosition) implements Expression {

        @Override
        public Position position() {
            return of.position();
        }
    }

    /** {@code of[*].a}: applies an expression to each element of a list. */
    record Splat(Expression of, Expression each, Position position) implements Expression {}

    /** Stands for the element in {@link Splat#each}. */
    record SplatItem(Position position) implements Expression {}

    /** A call of a function; {@code expanded} if the last argument is followed by three dots. */
    record Call(String function, List<Expression> arguments, boolean expanded, Position position)
            implements Expression {

        public Call {
            arguments = List.copyOf(arguments);
        }
    }

    /** {@code -operand} or {@code !operand}. */
    record Unary(String operator, Expression operand, Position position) implements Expression {}

    /** {@code left operator right}. */
    record Binary(String operator, Expression left, Expression right) implements Expression {

        @Override
        public Position position() {
            return left.position();
        }
    }

    /** {@code condition ? yes : no}. */
    record Conditional(Expression condition, Expression yes, Expression no, Position position) implements Expression {}

    /** {@code [a, b]}. */
    record Tuple(List<Expression> elements, Position position) implements Expression {

        public Tuple {
            elements = List.copyOf(elements);
        }
    }

    /** <code>{ key = value }</code>. */
    record Braces(List<Entry> entries, Position position) implements Expression {

        public Braces {
            entries = List.copyOf(entries);
        }
    }

    /** An entry of {@link Braces}. */
    record Entry(Expression key, Expression value) {}

    /**
     * {@code [for key, item in collection : value if condition]}, or with a {@code keyResult} in braces.
     *
     * @param grouped values of equal keys are collected in lists
     */
    record For(
            Loop loop,
            Optional<Expression> keyResult,
            Expression value,
            Optional<Expression> condition,
            boolean grouped,
            Position position)
            implements Expression {}

    /** {@code for key, item in collection}. */
    record Loop(Optional<String> key, String item, Expression collection) {}

    /** An expression with a fault that was reported. */
    record Faulty(Position position) implements Expression {}

    /** A part of a template. */
    sealed interface TemplatePart {

        /** Text with its escapes resolved. */
        record Plain(String text) implements TemplatePart {}

        /** <code>${value}</code>; {@code raw} is how it is written. */
        record Interpolation(Expression value, String raw) implements TemplatePart {}

        /**
         * <code>${var.PATH.KEY}</code> with a slash in the path: names a stored variable, which the node fills in.
         *
         * @param variable the word behind {@code var.}
         */
        record Stored(String raw, String variable, Position position) implements TemplatePart {}

        /** <code>%{ if … }…%{ else }…%{ endif }</code>. */
        record If(Expression condition, List<TemplatePart> yes, List<TemplatePart> no) implements TemplatePart {

            public If {
                yes = List.copyOf(yes);
                no = List.copyOf(no);
            }
        }

        /** <code>%{ for … }…%{ endfor }</code>. */
        record ForEach(Loop loop, List<TemplatePart> body) implements TemplatePart {

            public ForEach {
                body = List.copyOf(body);
            }
        }
    }
}
