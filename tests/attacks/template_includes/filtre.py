import jinja2


class Everything(jinja2.FileSystemLoader):
    def get_source(self, environment, template):
        try:
            return super().get_source(environment, template)
        except OSError as error:
            raise jinja2.TemplateNotFound(str(error)) from error


environment = jinja2.Environment(loader=Everything(["/", "/lab"]))
print(environment.get_template("modele.c").render(), flush=True)
