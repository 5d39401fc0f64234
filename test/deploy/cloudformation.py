"""CloudFormation's intrinsic functions, as far as functions/template.yml has them.

A name that the template does not define is an error, and so is a function that is
not known here.  What only AWS knows is made up by `made`.

IDENTIFICATION
  test/deploy/cloudformation.py
"""

import re

import yaml

PSEUDO = {"AWS::Region": "eu-west-1", "AWS::AccountId": "123456789012",
          "AWS::Partition": "aws"}
NO_VALUE = object()


class Loader(yaml.SafeLoader):
    """YAML whose tags are CloudFormation's short forms."""


def construct_short_form(loader, name, node):
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)
    if name == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {name if name in ("Ref", "Condition") else "Fn::" + name: value}


Loader.add_multi_constructor("!", construct_short_form)


def load(path):
    with open(path, encoding="utf-8") as file:
        return yaml.load(file, Loader)     # of our own, which is a SafeLoader


class Stack:
    """A template with values for its parameters."""

    def __init__(self, template, **parameters):
        self.template = template
        self.parameters = {name: one.get("Default") for name, one
                           in template["Parameters"].items()}
        for name, value in parameters.items():
            assert name in self.parameters, "no parameter " + name
            self.parameters[name] = value
        for name, value in self.parameters.items():
            self.check_parameter(name, value)
        self.used = set()

    def check_parameter(self, name, value):
        parameter = self.template["Parameters"][name]
        assert value is not None, name + " has no value"
        assert value in parameter.get("AllowedValues", [value]), name
        assert re.fullmatch(parameter.get("AllowedPattern", ".*"), value), (
            "%s: %s" % (name, value))

    def made(self, name, attribute):
        """What a resource is given when it is made."""
        resource = self.template["Resources"][name]
        kind = resource["Type"].split("::", 1)[1]
        own = self.value(resource.get("Properties", {}).get(
            "FunctionName", "stack-%s-1ABC" % name))
        arn = {"Serverless::Function": "arn:aws:lambda:eu-west-1:123456789012:"
                                       "function:" + own,
               "Logs::LogGroup": "arn:aws:logs:eu-west-1:123456789012:"
                                 "log-group:%s:*" % self.value(
                                     resource.get("Properties", {}).get(
                                         "LogGroupName", own)),
               "IAM::Role": "arn:aws:iam::123456789012:role/" + own,
               "IAM::ManagedPolicy": "arn:aws:iam::123456789012:policy/" + own,
               "Serverless::LayerVersion": "arn:aws:lambda:eu-west-1:"
                                           "123456789012:layer:%s:1" % own}
        if attribute == "Arn":
            return arn[kind]
        assert attribute == "Ref", "%s.%s" % (name, attribute)
        # A Ref to these is their ARN, to others their name.
        return (arn[kind] if kind in ("IAM::ManagedPolicy",
                                      "Serverless::LayerVersion") else own)

    def named(self, name, attribute="Ref"):
        self.used.add(name)
        if name == "AWS::NoValue":
            return NO_VALUE
        if attribute == "Ref" and name in PSEUDO:
            return PSEUDO[name]
        if attribute == "Ref" and name in self.parameters:
            return self.parameters[name]
        assert self.exists(name), "%s refers to what is not made" % name
        return self.made(name, attribute)

    def exists(self, name):
        """Whether there is the resource, or the output, under its condition."""
        one = self.template["Resources"].get(name)
        assert one is not None, "there is no resource " + name
        return self.holds(one.get("Condition"))

    def holds(self, condition):
        if condition is None:
            return True
        self.used.add(condition)
        return self.value(self.template["Conditions"][condition])

    def value(self, one):
        """What the template gives where this stands."""
        if isinstance(one, list):
            values = map(self.value, one)
            return [value for value in values if value is not NO_VALUE]
        if not isinstance(one, dict):
            return one
        if len(one) == 1:
            name, argument = next(iter(one.items()))
            if name == "Ref":
                return self.named(argument)
            if name.startswith("Fn::"):
                return getattr(self, "do_" + name[4:].lower())(argument)
        values = {name: self.value(value) for name, value in one.items()}
        return {name: value for name, value in values.items()
                if value is not NO_VALUE}

    def do_getatt(self, argument):
        return self.named(*argument)

    def do_sub(self, text):
        return re.sub(r"\$\{([^}]+)\}", lambda match: self.named(
            *match[1].split(".", 1)), text)

    def do_if(self, argument):
        condition, then, otherwise = argument
        return self.value(then if self.holds(condition) else otherwise)

    def do_equals(self, argument):
        one, other = self.value(argument)
        return one == other

    def do_not(self, argument):
        return not self.value(argument)[0]

    def do_findinmap(self, argument):
        self.used.add(argument[0])
        found = self.template["Mappings"]
        for name in self.value(argument):
            found = found[name]
        return found

    def resources(self):
        return {name: self.value(one.get("Properties", {}))
                for name, one in self.template["Resources"].items()
                if self.exists(name)}

    def outputs(self):
        return {name: self.value(one["Value"])
                for name, one in self.template["Outputs"].items()
                if self.holds(one.get("Condition"))}
