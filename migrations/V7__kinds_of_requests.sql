-- What a request with a request id asked for, so that one id can't stand for two requests: a stop must not be answered as
-- the submission was. 1 is a submission; the codes are Submission.Kind's.
ALTER TABLE submission ADD COLUMN kind SMALLINT DEFAULT 1 NOT NULL;
