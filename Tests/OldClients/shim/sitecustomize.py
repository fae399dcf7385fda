"""Lets Docker Cloud's clients, written for Python 2, run unmodified on Python 3.

Python imports a module of this name from PYTHONPATH at start-up, before all others. Each part below restores one feature of Python 2
that the clients use. Code that works on Python 3 is not affected.
"""
import base64
import builtins
import codecs
import importlib
import importlib.abc
import importlib.util
import io
import sys
import urllib.parse

builtins.basestring = str
builtins.raw_input = input


# The clients encode "user:key" for a header: they pass a string and expect a string.
def b64encode(data, altchars=None, encode=base64.b64encode):
    return encode(data.encode(), altchars).decode() if isinstance(data, str) else encode(data, altchars)


base64.b64encode = b64encode


# The SDK joins its host, a string, with a path that it has encoded to bytes.
def urljoin(base, url, allow_fragments=True, join=urllib.parse.urljoin):
    if isinstance(base, str) and isinstance(url, bytes):
        url = url.decode()
    return join(base, url, allow_fragments)


urllib.parse.urljoin = urljoin


# The CLI wraps its standard output, which is a byte stream on Python 2 and a text stream on Python 3.
def getwriter(encoding, getwriter=codecs.getwriter):
    class Writer(getwriter(encoding)):
        def __new__(cls, stream, errors="strict"):
            return stream if isinstance(stream, io.TextIOBase) else super().__new__(cls)

    return Writer


codecs.getwriter = getwriter


# The CLI imports its own modules by their bare names, because Python 2 searches the importing file's folder first.
class Siblings(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name, path=None, target=None):
        if name in ("exceptions", "interpolation"):
            return importlib.util.spec_from_loader(name, self)

    def exec_module(self, module):
        sys.modules[module.__name__] = importlib.import_module("dockercloudcli." + module.__name__)


sys.meta_path.append(Siblings())
