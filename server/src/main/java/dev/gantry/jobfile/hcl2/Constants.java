package dev.gantry.jobfile.hcl2;

import dev.gantry.jobfile.hcl.Position;
import dev.gantry.jobfile.hcl.TextFaultException;

/** Evaluates expressions that stand where no variables and locals are known: defaults, and values from outside. */
final class Constants {

    private static final Evaluator.Roots NOTHING = new Evaluator.Roots() {

        @Override
        public boolean declares(String variable) {
            return false;
        }

        @Override
        public Datum variable(String name, Position position) {
            throw new TextFaultException(position, "no variables are known here: write a plain value");
        }

        @Override
        public Datum local(String name, Position position) {
            throw new TextFaultException(position, "no locals are known here: write a plain value");
        }
    };

    private Constants() {}

    /** Evaluates an expression without functions, each time with a budget of its own. */
    static Datum evaluate(Expression expression) {
        try {
            return new Evaluator(NOTHING, Functions.NONE, new Budget()).evaluate(expression, Bindings.NONE);
        } catch (Budget.ExhaustedException e) {
            throw new TextFaultException(e.position(), e.getMessage());
        }
    }
}
