/*-------------------------------------------------------------------------
 *
 * process.c
 *		Credentials that a program prints: credential_process.
 *
 * The program is run without a shell, as in the SDKs.  It belongs to a memory
 * context like everything else: an error or a cancel ends it, and what it has
 * started, for which it gets a process group of its own.
 *
 * IDENTIFICATION
 *	  src/credentials/process.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "miscadmin.h"
#include "storage/fd.h"

#include "base/command_line.h"
#include "credentials/credential_source.h"
#include "http/wait.h"
#include "pg/message.h"
#include "pg/owner.h"

#define PROCESS_TIMEOUT_MS 60000
#define OUTPUT_MAX (64 * 1024)

/* A running program and what it has printed. */
typedef struct Process
{
	pid_t		pid;			/* 0: none, or it is gone */
	int			out;			/* its standard output, -1: closed */
	int			err;			/* its standard error */
	int			nfds;			/* counted as external */
	StringInfoData output;
	StringInfoData errors;
} Process;

static void
close_pipe(Process *process, int *fd)
{
	if (*fd < 0)
		return;
	close(*fd);
	*fd = -1;
	ReleaseExternalFD();
}

/* LfdwRelease: ends the program and its group if it still runs. */
static void
release(void *arg)
{
	Process    *process = arg;

	close_pipe(process, &process->out);
	close_pipe(process, &process->err);
	if (process->pid > 0)
	{
		kill(-process->pid, SIGKILL);
		while (waitpid(process->pid, NULL, 0) < 0 && errno == EINTR)
			;
		process->pid = 0;
	}
}

/* Makes a pipe of which *read_end is ours. */
static bool
make_pipe(int *read_end, int *write_end)
{
	int			ends[2];

	if (!AcquireExternalFD())
		return false;
	if (pipe2(ends, O_CLOEXEC) != 0)
	{
		ReleaseExternalFD();
		return false;
	}
	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	*read_end = ends[0];
	*write_end = ends[1];
	return true;
}

/*
 * Starts a program with these pipes as its output, nothing as its input, the
 * signals as they are in a fresh process, and a group of its own.  Returns an
 * errno.
 */
static int
spawn(Process *process, char **words, int out, int err)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t	none;
	sigset_t	all;
	int			error;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawn_file_actions_init(&actions);
	posix_spawnattr_init(&attributes);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null",
									 O_RDONLY, 0);
	posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
	posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &all);
	posix_spawnattr_setpgroup(&attributes, 0);
	posix_spawnattr_setflags(&attributes,
							 POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
							 POSIX_SPAWN_SETPGROUP);
	error = posix_spawnp(&process->pid, words[0], &actions, &attributes, words,
						 environ);
	if (error != 0)
		process->pid = 0;
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

/* Starts a program; NULL, after a note, where that fails. */
static Process *
start(LfdwSearch *search, char **words)
{
	Process    *process = palloc0(sizeof(Process));
	int			out = -1;
	int			err = -1;
	int			error = EMFILE;

	process->out = process->err = -1;
	initStringInfo(&process->output);
	initStringInfo(&process->errors);
	lfdw_owner_register(CurrentMemoryContext, release, process);
	if (make_pipe(&process->out, &out) && make_pipe(&process->err, &err))
		error = spawn(process, words, out, err);
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	if (error == 0)
		return process;
	lfdw_search_note(search, "credential_process",
					 psprintf("could not run \"%s\": %s", words[0],
							  strerror(error)));
	return NULL;
}

/*
 * Reads once from a pipe, and closes it at its end.  The rest is for after the
 * next wait, which serves interrupts and the deadline however much there is.
 */
static void
read_pipe(Process *process, int *fd, StringInfo output)
{
	char		bytes[4096];
	ssize_t		got;

	if (*fd < 0)
		return;
	got = read(*fd, bytes, sizeof(bytes));
	if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return;
	if (got <= 0)
		close_pipe(process, fd);
	else if (output->len + got <= OUTPUT_MAX)
		appendBinaryStringInfo(output, bytes, got);
}

/*
 * Reads what a program prints until it has ended, and sets *status as waitpid
 * does.  False past the deadline.  A program that has closed its output, and
 * does not end, is looked after now and then.
 */
static bool
run_to_end(Process *process, int *status)
{
	int64		deadline = Min(lfdw_wait_now_us() + PROCESS_TIMEOUT_MS * INT64CONST(1000),
							   lfdw_wait_deadline_us());

	for (;;)
	{
		bool		open = process->out >= 0 || process->err >= 0;

		if (!open && waitpid(process->pid, status, WNOHANG) == process->pid)
		{
			process->pid = 0;
			return true;
		}
		if (lfdw_wait_now_us() >= deadline)
			return false;
		lfdw_wait_for_pipes(process->out, process->err, open ? 1000 : 5);
		read_pipe(process, &process->out, &process->output);
		read_pipe(process, &process->err, &process->errors);
	}
}

/* Notes how a program failed. */
static void
note_failure(LfdwSearch *search, const char *name, const Process *process,
			 int status)
{
	if (WIFSIGNALED(status))
		lfdw_search_note(search, "credential_process",
						 psprintf("\"%s\" was ended by signal %d", name,
								  WTERMSIG(status)));
	else
		lfdw_search_note(search, "credential_process",
						 psprintf("\"%s\" exited with status %d: %s", name,
								  WEXITSTATUS(status),
								  lfdw_error_excerpt(process->errors.data,
													 process->errors.len)));
}

/* Takes the credentials out of what a program printed. */
static bool
take_output(LfdwSearch *search, Process *process, LfdwCredentials *found)
{
	LfdwCredentialDoc *doc = palloc(sizeof(LfdwCredentialDoc));
	bool		taken = false;

	if (!lfdw_credential_doc_read(doc, process->output.data,
								  process->output.len))
		lfdw_search_note(search, "credential_process", "it printed no JSON object");
	else if (doc->version != 1)
		lfdw_search_note(search, "credential_process", "its Version is not 1");
	else
		taken = lfdw_search_take_doc(search, "credential_process", doc, found);
	explicit_bzero(process->output.data, process->output.len);
	explicit_bzero(doc, sizeof(*doc));
	return taken;
}

/*
 * Runs a command and takes the credentials it prints.
 */
bool
lfdw_source_process(LfdwSearch *search, const char *command,
					LfdwCredentials *found)
{
	Process    *process;
	const char *why;
	char	  **words;
	int			nwords;
	int			status;

	if (!lfdw_command_split(command, &words, &nwords, &why) || nwords == 0)
	{
		lfdw_search_note(search, "credential_process",
						 "the command cannot be split into words");
		return false;
	}
	process = start(search, words);
	if (process == NULL)
		return false;
	if (!run_to_end(process, &status))
	{
		lfdw_search_note(search, "credential_process",
						 psprintf("\"%s\" did not end in time, which is %d s at most",
								  words[0], PROCESS_TIMEOUT_MS / 1000));
		release(process);
		return false;
	}
	if (status != 0)
	{
		note_failure(search, words[0], process, status);
		return false;
	}
	return take_output(search, process, found);
}
