"""The scripted model: an OpenAI-compatible server that answers from a readable script. It is a script, not a model.

`wire` and `check` are what the API accepts and refuses, `script` the YAML, `answer` what the script says to a request
(pure), `fault` how an answer goes wrong, `completion` the JSON that leaves, `record` what is remembered, `server` and
`control` the routes.
"""

from sandbox.model.fault import Fault
from sandbox.model.record import Exchange
from sandbox.model.script import Script, ScriptError, load_script, parse_script
from sandbox.model.server import ModelSandbox

__all__ = ["Exchange", "Fault", "ModelSandbox", "Script", "ScriptError", "load_script", "parse_script"]
