/*-------------------------------------------------------------------------
 *
 * peerlabel.c
 *	  pg_peerlabel.conf: which client gets which label.
 *
 * The file is read like pg_hba.conf, and by the same code: a line
 *
 *		TYPE DATABASE USER [ADDRESS] LABEL
 *
 * is what pg_hba.conf has, with a label where that has a method.  So all that
 * is our own here is the label, identity=METHOD:NAME among the users, which
 * is the authenticated identity in the form of SYSTEM_USER, and two types:
 * "worker" for background workers, and "loopback" for clients that are
 * processes of this server, over whatever kind of socket.  Lines of these types
 * fit nobody else, and no other lines fit them.  The first line that fits
 * decides; where none fits there is no connection.
 *
 * IDENTIFICATION
 *	  src/backend/security/sepgsql/peerlabel.c
 *
 *-------------------------------------------------------------------------
 */
#include "postgres.h"

#include <sys/socket.h>

#include "catalog/pg_authid.h"
#include "common/ip.h"
#include "funcapi.h"
#include "libpq/hba.h"
#include "libpq/libpq-be.h"
#include "miscadmin.h"
#include "port.h"
#include "postmaster/bgworker_internals.h"
#include "postmaster/postmaster.h"
#include "replication/walsender.h"
#include "security/sepgsql.h"
#include "utils/acl.h"
#include "utils/array.h"
#include "utils/builtins.h"
#include "utils/guc.h"
#include "utils/memutils.h"
#include "utils/tuplestore.h"

#define PEERLABEL_FILE_NAME	"pg_peerlabel.conf"
#define IDENTITY_PREFIX		"identity="

typedef struct PeerlabelRule
{
	HbaLine    *hba;			/* type, database, user, address */
	bool		worker;			/* TYPE is "worker" */
	bool		loopback;		/* TYPE is "loopback" */
	List	   *identities;		/* of strings, METHOD:NAME */
	HbaLine    *hba_anyone;		/* the same for all users, or NULL */
	char	   *label;			/* NULL for "peer" */
} PeerlabelRule;

/* what is in force, and the memory context where it lives */
static List *peerlabel_rules = NIL;
static MemoryContext peerlabel_context = NULL;

static PeerlabelRule *parse_rule(TokenizedAuthLine *line, int elevel);
static void *parse_failed(TokenizedAuthLine *line, int elevel,
						  const char *message);
static AuthToken *make_token(const char *text, bool quoted);
static void warn_about_trust(List *rules);

const char *
sepgsql_peerlabel_path(void)
{
	static char path[MAXPGPATH];

	if (peerlabel_file != NULL && peerlabel_file[0] != '\0')
		strlcpy(path, peerlabel_file, sizeof(path));
	else
	{
		strlcpy(path, ConfigFileName, sizeof(path));
		get_parent_directory(path);
		join_path_components(path, path, PEERLABEL_FILE_NAME);
	}
	return path;
}

static void *
parse_failed(TokenizedAuthLine *line, int elevel, const char *message)
{
	ereport(elevel,
			(errcode(ERRCODE_CONFIG_FILE_ERROR),
			 errmsg("%s", message),
			 errcontext("line %d of configuration file \"%s\"",
						line->line_num, line->file_name)));
	line->err_msg = pstrdup(message);
	return NULL;
}

static AuthToken *
make_token(const char *text, bool quoted)
{
	AuthToken  *token = palloc0(sizeof(AuthToken));

	token->string = pstrdup(text);
	token->quoted = quoted;
	return token;
}

/*
 * Parse one line.  If there is a mistake in it, report it at elevel, leave a
 * text in line->err_msg, and return NULL.
 */
static PeerlabelRule *
parse_rule(TokenizedAuthLine *line, int elevel)
{
	PeerlabelRule *rule = palloc0(sizeof(PeerlabelRule));
	TokenizedAuthLine hbaline = *line;
	AuthToken  *type = linitial(linitial_node(List, line->fields));
	int			nfields = list_length(line->fields);
	StringInfoData label;
	List	   *users = NIL;
	bool		local;
	SepgSid		sid;
	char		err[SEPG_ERRLEN];

	if (list_length(linitial_node(List, line->fields)) > 1)
		return parse_failed(line, elevel,
							_("multiple values specified for connection type"));

	rule->worker = strcmp(type->string, "worker") == 0;
	rule->loopback = strcmp(type->string, "loopback") == 0;
	local = rule->worker || rule->loopback ||
		strcmp(type->string, "local") == 0;
	if (!local && strcmp(type->string, "host") != 0 &&
		strcmp(type->string, "hostssl") != 0 &&
		strcmp(type->string, "hostnossl") != 0 &&
		strcmp(type->string, "hostgssenc") != 0 &&
		strcmp(type->string, "hostnogssenc") != 0)
		return parse_failed(line, elevel,
							psprintf(_("invalid connection type \"%s\""),
									 type->string));
	if (nfields < 2)
		return parse_failed(line, elevel,
							_("end-of-line before database specification"));
	if (nfields < 3)
		return parse_failed(line, elevel,
							_("end-of-line before role specification"));
	if (!local && nfields < 4)
		return parse_failed(line, elevel,
							_("end-of-line before IP address specification"));
	if (nfields < (local ? 4 : 5))
		return parse_failed(line, elevel, _("end-of-line before label"));

	/* an address may have its mask in a field of its own */
	if (!local && nfields == 6)
	{
		List	   *address = list_nth_node(List, line->fields, 3);
		AuthToken  *token = linitial(address);

		if (!token->quoted &&
			(strchr(token->string, '/') != NULL ||
			 strcmp(token->string, "all") == 0 ||
			 strcmp(token->string, "samehost") == 0 ||
			 strcmp(token->string, "samenet") == 0))
			return parse_failed(line, elevel, _("extra field after label"));
	}
	else if (nfields > (local ? 4 : 5))
		return parse_failed(line, elevel, _("extra field after label"));

	/*
	 * The label.  The comma in a list of categories has parted it; no
	 * context has any other.
	 */
	initStringInfo(&label);
	foreach_ptr(AuthToken, token, (List *) llast(line->fields))
	{
		if (label.len > 0)
			appendStringInfoChar(&label, ',');
		appendStringInfoString(&label, token->string);
	}
	if (strcmp(label.data, "peer") == 0)
	{
		if (rule->worker)
			return parse_failed(line, elevel,
								_("label \"peer\" cannot be used for workers, which have no peer"));
		if (rule->loopback)
			return parse_failed(line, elevel,
								_("label \"peer\" cannot be used for loop-back connections, whose peer is the server"));
		if (sepostgresql_security_server != SEPGSQL_SERVER_KERNEL)
			return parse_failed(line, elevel,
								_("label \"peer\" needs the security server of the kernel"));
	}
	else
	{
		if (sepg_core_context_to_sid(label.data, &sid, err, sizeof(err)) != SEPG_OK)
			return parse_failed(line, elevel,
								psprintf(_("invalid security context: \"%s\""),
										 label.data));
		rule->label = label.data;
	}

	/* identities are ours, the other users pg_hba.conf's */
	foreach_ptr(AuthToken, token, list_nth_node(List, line->fields, 2))
	{
		if (!token->quoted &&
			strncmp(token->string, IDENTITY_PREFIX, strlen(IDENTITY_PREFIX)) == 0)
		{
			char	   *identity = token->string + strlen(IDENTITY_PREFIX);
			char	   *colon = strchr(identity, ':');

			if (colon == NULL || colon == identity || colon[1] == '\0')
				return parse_failed(line, elevel,
									psprintf(_("invalid identity \"%s\", METHOD:NAME is expected"),
											 identity));
			if (rule->worker)
				return parse_failed(line, elevel,
									_("an identity cannot be used for workers, which do not authenticate themselves"));
			rule->identities = lappend(rule->identities, pstrdup(identity));
		}
		else
			users = lappend(users, token);
	}

	/* the rest is read as a line of pg_hba.conf */
	hbaline.fields = list_copy(line->fields);
	if (rule->worker || rule->loopback)
		linitial(hbaline.fields) = list_make1(make_token("local", false));
	lthird(hbaline.fields) = users;
	llast(hbaline.fields) = list_make1(make_token("trust", false));
	rule->hba = parse_hba_line(&hbaline, elevel);
	if (rule->hba != NULL && rule->identities != NIL)
	{
		lthird(hbaline.fields) = list_make1(make_token("all", false));
		rule->hba_anyone = parse_hba_line(&hbaline, elevel);
	}
	line->err_msg = hbaline.err_msg;
	if (rule->hba == NULL || (rule->identities != NIL && rule->hba_anyone == NULL))
		return NULL;
	return rule;
}

/*
 * Read the file.  Returns false, after having logged why, if there is any
 * mistake in it; what was in force before then stays so.
 */
bool
sepgsql_load_peerlabels(void)
{
	const char *path = sepgsql_peerlabel_path();
	FILE	   *file;
	List	   *lines = NIL;
	List	   *rules = NIL;
	bool		ok = true;
	MemoryContext oldcxt;
	MemoryContext newcxt;

	file = open_auth_file(path, LOG, 0, NULL);
	if (file == NULL)
		return false;			/* already logged */

	tokenize_auth_file(path, file, &lines, LOG, 0);

	newcxt = AllocSetContextCreate(TopMemoryContext,
								   "peerlabel parser context",
								   ALLOCSET_SMALL_SIZES);
	oldcxt = MemoryContextSwitchTo(newcxt);
	foreach_ptr(TokenizedAuthLine, line, lines)
	{
		PeerlabelRule *rule;

		/* go on after a mistake, to report all of them */
		if (line->err_msg != NULL || (rule = parse_rule(line, LOG)) == NULL)
			ok = false;
		else
			rules = lappend(rules, rule);
	}
	if (ok && rules == NIL)
	{
		ereport(LOG,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("configuration file \"%s\" contains no entries", path)));
		ok = false;
	}
	free_auth_file(file, 0);
	MemoryContextSwitchTo(oldcxt);

	if (!ok)
	{
		MemoryContextDelete(newcxt);
		return false;
	}

	if (peerlabel_context != NULL)
		MemoryContextDelete(peerlabel_context);
	peerlabel_context = newcxt;
	peerlabel_rules = rules;

	warn_about_trust(rules);
	return true;
}

/* may two fields of database or user names mean the same? */
static bool
tokens_overlap(List *a, List *b)
{
	foreach_ptr(AuthToken, x, a)
	{
		foreach_ptr(AuthToken, y, b)
		{
			bool		x_name = x->quoted ||
				(x->regex == NULL && x->string[0] != '+' &&
				 strcmp(x->string, "all") != 0 &&
				 strncmp(x->string, "same", 4) != 0);
			bool		y_name = y->quoted ||
				(y->regex == NULL && y->string[0] != '+' &&
				 strcmp(y->string, "all") != 0 &&
				 strncmp(y->string, "same", 4) != 0);

			if (strcmp(x->string, y->string) == 0)
				return true;

			/*
			 * "replication" stands for other connections than any name or
			 * keyword does
			 */
			if ((!x->quoted && strcmp(x->string, "replication") == 0) ||
				(!y->quoted && strcmp(y->string, "replication") == 0))
				continue;
			if (!x_name || !y_name)
				return true;
		}
	}
	return false;
}

/*
 * Whoever is let in unasked says himself who he is, and so which label he
 * gets.
 */
static void
warn_about_trust(List *rules)
{
	foreach_ptr(HbaLine, hba, parsed_hba_lines)
	{
		if (hba->auth_method != uaTrust)
			continue;
		foreach_ptr(PeerlabelRule, rule, rules)
		{
			if (rule->worker || rule->label == NULL ||
				(!rule->loopback &&
				 (hba->conntype == ctLocal) != (rule->hba->conntype == ctLocal)) ||
				!tokens_overlap(hba->databases, rule->hba->databases) ||
				!tokens_overlap(hba->roles, rule->hba->roles))
				continue;
			ereport(WARNING,
					(errmsg("clients that authenticate by \"trust\" can choose the label that line %d of file \"%s\" gives",
							rule->hba->linenumber, rule->hba->sourcefile),
					 errdetail("Line %d of file \"%s\" lets clients in as any role that it names.",
							   hba->linenumber, hba->sourcefile)));
			break;
		}
	}
}

/*
 * The label of a client, after authentication; or, with port NULL, of this
 * background worker.  No label, no connection.
 */
SepgSid
sepgsql_peerlabel(struct Port *port, const char *dbname)
{
	struct Port other_port;
	const char *identity = NULL;
	char	   *address = NULL;
	SepgSid		sid = SEPG_SID_NONE;
	char		err[SEPG_ERRLEN];
	bool		worker = (port == NULL);
	bool		loopback = !worker && sepgsql_peer_is_server(port);

	if (worker)
	{
		Oid			roleid = GetSessionUserId();

		memset(&other_port, 0, sizeof(other_port));
		port = &other_port;
		port->raddr.addr.ss_family = AF_UNIX;
		port->user_name = GetUserNameFromId(roleid, false);
		port->database_name = pstrdup(dbname);
	}
	else if (MyClientConnectionInfo.authn_id != NULL)
		identity = psprintf("%s:%s",
							hba_authname(MyClientConnectionInfo.auth_method),
							MyClientConnectionInfo.authn_id);

	if (loopback)
	{
		/* the lines do not tell sockets apart */
		other_port = *port;
		port = &other_port;
		port->raddr.addr.ss_family = AF_UNIX;
	}

	/* where memory is not inherited from the postmaster */
	if (peerlabel_context == NULL && !sepgsql_load_peerlabels())
		ereport(FATAL,
				(errcode(ERRCODE_CONFIG_FILE_ERROR),
				 errmsg("could not load %s", sepgsql_peerlabel_path())));

	foreach_ptr(PeerlabelRule, rule, peerlabel_rules)
	{
		HbaLine    *hba = rule->hba;

		if (rule->worker != worker || rule->loopback != loopback)
			continue;
		if (identity != NULL)
		{
			foreach_ptr(char, name, rule->identities)
			{
				if (strcmp(name, identity) == 0)
					hba = rule->hba_anyone;
			}
		}
		if (check_hba_lines(port, list_make1(hba)) == NULL)
			continue;

		if (rule->label == NULL)
		{
			if (sepg_core_getpeercon(port->sock, &sid, err, sizeof(err)) != SEPG_OK)
				ereport(FATAL,
						(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
						 errmsg("could not get the security context of the client"),
						 errdetail_log("%s", err),
						 port->raddr.addr.ss_family == AF_UNIX ?
						 errhint("Local connections have one where SELinux is enabled. Name a label in the file \"%s\" instead of \"peer\".",
								 PEERLABEL_FILE_NAME) :
						 errhint("Label the packets of this client's address by NetLabel or IPsec, or name a label for it in the file \"%s\" instead of \"peer\".",
								 PEERLABEL_FILE_NAME)));
		}
		else if (sepg_core_context_to_sid(rule->label, &sid, err, sizeof(err)) != SEPG_OK)
			ereport(FATAL,
					(errcode(ERRCODE_INVALID_PARAMETER_VALUE),
					 errmsg("invalid security context: \"%s\"", rule->label),
					 errdetail_log("Line %d of file \"%s\": %s",
								   hba->linenumber, hba->sourcefile, err)));
		return sid;
	}

	if (worker)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("no pg_peerlabel.conf entry for worker, database \"%s\", user \"%s\"",
						port->database_name, port->user_name),
				 errdetail("The background worker is \"%s\".",
						   MyBgworkerEntry->bgw_name),
				 errhint("Add an entry of type worker to the file \"%s\".",
						 PEERLABEL_FILE_NAME)));

	if (loopback)
		ereport(FATAL,
				(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
				 errmsg("no pg_peerlabel.conf entry for loop-back connection, database \"%s\", user \"%s\"",
						am_walsender && !am_db_walsender ? "replication" : port->database_name,
						port->user_name),
				 errdetail("The client is a process of this server."),
				 errhint("Add an entry of type loopback to the file \"%s\", and reload.",
						 PEERLABEL_FILE_NAME)));

	if (port->raddr.addr.ss_family != AF_UNIX)
	{
		char		host[NI_MAXHOST];

		pg_getnameinfo_all(&port->raddr.addr, port->raddr.salen,
						   host, sizeof(host), NULL, 0, NI_NUMERICHOST);
		address = pstrdup(host);
	}
	ereport(FATAL,
			(errcode(ERRCODE_INVALID_AUTHORIZATION_SPECIFICATION),
			 address == NULL ?
			 errmsg("no pg_peerlabel.conf entry for local connection, database \"%s\", user \"%s\"",
					am_walsender && !am_db_walsender ? "replication" : port->database_name,
					port->user_name) :
			 errmsg("no pg_peerlabel.conf entry for %s connection from host \"%s\", database \"%s\", user \"%s\"",
#ifdef USE_SSL
					port->ssl_in_use ? "hostssl" :
#endif
#ifdef ENABLE_GSS
					port->gss && port->gss->enc ? "hostgssenc" :
#endif
					"host",
					address,
					am_walsender && !am_db_walsender ? "replication" : port->database_name,
					port->user_name),
			 identity ?
			 errdetail_log("The client is authenticated as \"%s\".", identity) : 0,
			 errhint("Add an entry for this connection to the file \"%s\", and reload.",
					 PEERLABEL_FILE_NAME)));
	return SEPG_SID_NONE;		/* not reached */
}

/*
 * pg_peerlabel_file_rules: the file as it is now, mistakes included, whether
 * or not it is in force.
 */
static Datum
tokens_to_array(List *tokens)
{
	Datum	   *datums = palloc(sizeof(Datum) * Max(list_length(tokens), 1));
	int			n = 0;

	foreach_ptr(AuthToken, token, tokens)
		datums[n++] = CStringGetTextDatum(token->string);
	return PointerGetDatum(construct_array_builtin(datums, n, TEXTOID));
}

void
sepgsql_show_peerlabel_rules(Tuplestorestate *store, TupleDesc desc)
{
	static const char *const types[] = {
		"local", "host", "hostssl", "hostnossl", "hostgssenc", "hostnogssenc"
	};
	const char *path = sepgsql_peerlabel_path();
	FILE	   *file;
	List	   *lines = NIL;
	int			number = 0;
	MemoryContext oldcxt;
	MemoryContext cxt;

	file = open_auth_file(path, ERROR, 0, NULL);
	tokenize_auth_file(path, file, &lines, DEBUG3, 0);

	cxt = AllocSetContextCreate(CurrentMemoryContext,
								"peerlabel parser context",
								ALLOCSET_SMALL_SIZES);
	oldcxt = MemoryContextSwitchTo(cxt);
	foreach_ptr(TokenizedAuthLine, line, lines)
	{
		PeerlabelRule *rule = NULL;
		Datum		values[10];
		bool		nulls[10];

		if (line->err_msg == NULL)
			rule = parse_rule(line, DEBUG3);

		memset(nulls, true, sizeof(nulls));
		values[1] = CStringGetTextDatum(line->file_name);
		values[2] = Int32GetDatum(line->line_num);
		nulls[1] = nulls[2] = false;
		if (rule != NULL)
		{
			HbaLine    *hba = rule->hba;
			List	   *users = list_nth_node(List, line->fields, 2);

			values[0] = Int32GetDatum(++number);
			values[3] = CStringGetTextDatum(rule->worker ? "worker" :
											rule->loopback ? "loopback" :
											types[hba->conntype]);
			values[4] = tokens_to_array(list_nth_node(List, line->fields, 1));
			values[5] = tokens_to_array(users);
			nulls[0] = nulls[3] = nulls[4] = nulls[5] = false;

			if (hba->conntype != ctLocal)
			{
				char		buffer[NI_MAXHOST];

				nulls[6] = false;
				if (hba->ip_cmp_method == ipCmpAll)
					values[6] = CStringGetTextDatum("all");
				else if (hba->ip_cmp_method == ipCmpSameHost)
					values[6] = CStringGetTextDatum("samehost");
				else if (hba->ip_cmp_method == ipCmpSameNet)
					values[6] = CStringGetTextDatum("samenet");
				else if (hba->hostname != NULL)
					values[6] = CStringGetTextDatum(hba->hostname);
				else
				{
					pg_getnameinfo_all(&hba->addr, hba->addrlen,
									   buffer, sizeof(buffer), NULL, 0,
									   NI_NUMERICHOST);
					clean_ipv6_addr(hba->addr.ss_family, buffer);
					values[6] = CStringGetTextDatum(buffer);
					if (hba->masklen > 0)
					{
						pg_getnameinfo_all(&hba->mask, hba->masklen,
										   buffer, sizeof(buffer), NULL, 0,
										   NI_NUMERICHOST);
						clean_ipv6_addr(hba->mask.ss_family, buffer);
						values[7] = CStringGetTextDatum(buffer);
						nulls[7] = false;
					}
				}
			}
			values[8] = CStringGetTextDatum(rule->label ? rule->label : "peer");
			nulls[8] = false;
		}
		if (line->err_msg != NULL)
		{
			values[9] = CStringGetTextDatum(line->err_msg);
			nulls[9] = false;
		}
		tuplestore_putvalues(store, desc, values, nulls);
	}
	free_auth_file(file, 0);
	MemoryContextSwitchTo(oldcxt);
	MemoryContextDelete(cxt);
}
