from django.apps import AppConfig


class ApigatewayConfig(AppConfig):
    name = "apigateway"
